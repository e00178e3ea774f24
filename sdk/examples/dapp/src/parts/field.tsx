/** A line of text to fill in, with its label, what is wrong with it, and what it may be. */
import type { ReactNode } from "react";
import { FieldError, Input, Label, Text, TextArea, TextField } from "react-aria-components";
import { useLanguage } from "../language/index.tsx";

/** A line of text to fill in. */
export function Field({
  label,
  value,
  onChange,
  description,
  problem,
  isLong = false,
  isRequired = false,
  suffix,
  suggestions,
  ...rest
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly description?: string | undefined;
  /** What is wrong with it. */
  readonly problem?: string | undefined;
  /** Several lines. */
  readonly isLong?: boolean;
  readonly isRequired?: boolean;
  /** What stands behind it, like a currency. */
  readonly suffix?: string | undefined;
  readonly type?: "text" | "date";
  readonly inputMode?: "decimal" | "numeric" | "text";
  readonly onBlur?: () => void;
  /** By which it can be found. */
  readonly name?: string;
  /** Whether the keyboard goes there when it appears. */
  readonly autoFocus?: boolean;
  /** Values to choose from, with their names. */
  readonly suggestions?: readonly { readonly value: string; readonly name: string }[] | undefined;
}): ReactNode {
  const { words } = useLanguage();
  return (
    <TextField
      className="field"
      value={value}
      onChange={onChange}
      isRequired={isRequired}
      isInvalid={problem !== undefined}
      validationBehavior="aria"
      autoComplete="off"
      {...rest}
    >
      <Label>{label}</Label>
      {suggestions !== undefined && suggestions.length > 0 && (
        <select
          aria-label={words.chooseFor(label)}
          value={suggestions.find((one) => one.value === value)?.value ?? ""}
          onChange={(event) => onChange(event.target.value)}
        >
          <option value="">{words.other}</option>
          {suggestions.map((one) => (
            <option key={one.value} value={one.value}>
              {one.name}
            </option>
          ))}
        </select>
      )}
      <span className="input">
        {isLong ? <TextArea rows={4} /> : <Input spellCheck="false" />}
        {suffix !== undefined && <span aria-hidden="true">{suffix}</span>}
      </span>
      {description !== undefined && <Text slot="description">{description}</Text>}
      <FieldError>{problem}</FieldError>
    </TextField>
  );
}

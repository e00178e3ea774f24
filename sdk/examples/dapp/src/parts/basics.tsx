/** What all views are put together from. */
import { createContext, type ReactNode, use, useId } from "react";
import { Dialog as AriaDialog, Button, type ButtonProps, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useLanguage } from "../language/index.tsx";

/** A button that is the main one of its place. */
export function PrimaryButton({ children, ...props }: ButtonProps & { readonly children: ReactNode }): ReactNode {
  return (
    <Button className="button primary" {...props}>
      {children}
    </Button>
  );
}

/** Any other button. */
export function PlainButton({ children, ...props }: ButtonProps & { readonly children: ReactNode }): ReactNode {
  return (
    <Button className="button" {...props}>
      {children}
    </Button>
  );
}

/** A message; what went wrong is said at once by screen readers, the rest when there is time. */
export function Notice({
  tone,
  children,
}: {
  readonly tone: "info" | "good" | "warning" | "problem";
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div className={`notice ${tone}`} role={tone === "problem" ? "alert" : "status"}>
      {children}
    </div>
  );
}

/** While something is loaded. */
export function Loading({ children }: { readonly children?: ReactNode }): ReactNode {
  const { words } = useLanguage();
  return <p role="status">{children ?? words.loading}</p>;
}

/** Choosing one of a few, with the browser's own list. */
export function Choice<Value extends string>({
  label,
  value,
  options,
  onChange,
  isLabelHidden = false,
}: {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly name: string }[];
  readonly onChange: (value: Value) => void;
  readonly isLabelHidden?: boolean;
}): ReactNode {
  const id = useId();
  return (
    <span className="choice">
      <label htmlFor={id} className={isLabelHidden ? "hidden" : undefined}>
        {label}
      </label>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value as Value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.name}
          </option>
        ))}
      </select>
    </span>
  );
}

const Closing = createContext<(() => void) | undefined>(undefined);

/** Closes the window around a component; `undefined` where there is none. */
export const useClose = (): (() => void) | undefined => use(Closing);

/** A window above the page, which keeps the keyboard inside and ends with Escape. */
export function Dialog({
  title,
  isOpen,
  onClose,
  children,
}: {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}): ReactNode {
  const { words } = useLanguage();
  return (
    <ModalOverlay
      className="overlay"
      isOpen={isOpen}
      isDismissable
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Modal className="modal">
        <AriaDialog className="dialog">
          <header>
            <Heading slot="title">{title}</Heading>
            <Button slot="close" className="close" aria-label={words.close}>
              ×
            </Button>
          </header>
          <Closing value={onClose}>{children}</Closing>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

/** A file made here, for the user to keep. */
export function download(name: string, content: BlobPart, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

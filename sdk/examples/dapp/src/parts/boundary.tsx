/** What keeps a fault in one view from taking the whole page with it. */
import { Component, type ReactNode } from "react";
import { useLanguage } from "../language/index.tsx";
import { Problem } from "./problem.tsx";

interface BoundaryProps {
  readonly children: ReactNode;
  /** Shown in place of what could not be. */
  readonly fallback: (error: unknown, retry: () => void) => ReactNode;
}

interface BoundaryState {
  readonly failure: { readonly error: unknown } | undefined;
}

/** React has this as a class alone. */
class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { failure: undefined };

  static getDerivedStateFromError(error: unknown): BoundaryState {
    return { failure: { error } };
  }

  override render(): ReactNode {
    const { failure } = this.state;
    if (failure === undefined) return this.props.children;
    return this.props.fallback(failure.error, () => this.setState({ failure: undefined }));
  }
}

/** A view that may fail: it then says so, the rest of the page stays, and it can be tried again. */
export function Guarded({ children }: { readonly children: ReactNode }): ReactNode {
  const { words } = useLanguage();
  return (
    <Boundary fallback={(error, retry) => <Problem title={words.broken} error={error} onRetry={retry} />}>
      {children}
    </Boundary>
  );
}

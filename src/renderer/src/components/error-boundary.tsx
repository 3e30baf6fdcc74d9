import { Button } from '@mantine/core';
import { TriangleAlert } from 'lucide-react';
import { Component, type ReactNode } from 'react';
import { EmptyState } from './empty-state';

interface ErrorBoundaryProps {
  readonly children: ReactNode;
  /** Name of the failed part for the message: "The Data screen". */
  readonly name: string;
}

/** Keeps a bug in one screen from taking down the window. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <EmptyState
        icon={TriangleAlert}
        title={`${this.props.name} ran into an unexpected error`}
        actions={<Button onClick={() => this.setState({ failed: false })}>Reload</Button>}
      >
        Your changes are saved. Running jobs continue.
      </EmptyState>
    );
  }
}

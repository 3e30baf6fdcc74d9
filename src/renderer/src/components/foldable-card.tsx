import { Box, Text, Title, UnstyledButton } from '@mantine/core';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { create } from 'zustand';
import folding from './foldable-card.module.css';
import classes from './section-card.module.css';

/** Titles of the opened cards; they stay open as long as the window does. */
const useOpened = create<{ readonly titles: ReadonlySet<string> }>(() => ({ titles: new Set() }));

const toggle = (title: string) =>
  useOpened.setState(({ titles }) => {
    const next = new Set(titles);
    if (!next.delete(title)) next.add(title);
    return { titles: next };
  });

export interface FoldableCardProps {
  readonly title: string;
  /** One line about the content, shown while the card is folded, so that no setting is hidden. */
  readonly summary: string;
  readonly children: ReactNode;
}

/** A card for rarely changed settings, folded by default. A region named by its title. */
export function FoldableCard({ title, summary, children }: FoldableCardProps) {
  const id = useId();
  const opened = useOpened(({ titles }) => titles.has(title));
  const Chevron = opened ? ChevronDown : ChevronRight;
  return (
    <section className={classes['card']} aria-labelledby={id}>
      <UnstyledButton className={folding['header']} aria-expanded={opened} onClick={() => toggle(title)}>
        <Box miw={0}>
          <Title order={2} size="h3" id={id}>
            {title}
          </Title>
          <Text c="dimmed" size="xs" component="div">
            {summary}
          </Text>
        </Box>
        <Chevron size={16} aria-hidden="true" />
      </UnstyledButton>
      {opened && <div className={classes['body']}>{children}</div>}
    </section>
  );
}

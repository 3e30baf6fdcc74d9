import { Box, Text, Title, UnstyledButton } from '@mantine/core';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { create } from 'zustand';
import folding from './foldable-card.module.css';
import classes from './section-card.module.css';

/** Cards that were opened, by title: they stay so while the window is open. */
const useOpened = create<{ readonly titles: ReadonlySet<string> }>(() => ({ titles: new Set() }));

const toggle = (title: string) =>
  useOpened.setState(({ titles }) => {
    const next = new Set(titles);
    if (!next.delete(title)) next.add(title);
    return { titles: next };
  });

export interface FoldableCardProps {
  readonly title: string;
  /** What is inside, in a line: seen while the card is folded, so that nothing set is hidden. */
  readonly summary: string;
  readonly children: ReactNode;
}

/** A card of what few people change: folded until it is opened. A region named by its title. */
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

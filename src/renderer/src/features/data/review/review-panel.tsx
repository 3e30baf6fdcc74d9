import { Badge, Button, Group, Kbd, Stack, Text, Title, UnstyledButton } from '@mantine/core';
import { Check, Clock, CopyCheck, RotateCcw, Sparkles, Trash2, Unlink } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ReviewDecision, ReviewItem } from '#shared/models/review';
import { formatDate } from '#shared/text/time';
import { ClassChip } from '../../../components/class-chip';
import { EditControls } from '../../../components/read-only';
import { useRequest } from '../../../state/requests';
import { LabelHistory } from '../viewer/label-history';
import { itemKey, reasonNames } from './review-queue';
import classes from './review-view.module.css';

export interface ReviewPanelProps {
  readonly project: string;
  readonly item: ReviewItem;
  /** Position in the queue, from 1, and the queue's length. */
  readonly place: number;
  readonly items: number;
  /** Other findings on the same image in the queue. */
  readonly others: readonly ReviewItem[];
  readonly classNames: readonly string[];
  readonly onDecide: (decision: ReviewDecision) => void;
  readonly onShow: (item: ReviewItem) => void;
}

/** Why the image is listed, its label, and the possible decisions. */
export function ReviewPanel(props: ReviewPanelProps) {
  const { item, place, items, others, classNames, onDecide, onShow } = props;
  const { suggestion } = item;
  return (
    <section className={classes['panel']} aria-label="Finding">
      <Stack gap={6}>
        <Group justify="space-between" wrap="nowrap" gap="xs">
          <Title order={2} size="h3">
            {reasonNames[item.reason]}
          </Title>
          <Text size="xs" c="dimmed" className="tabular" style={{ whiteSpace: 'nowrap' }}>
            {place} of {items}
          </Text>
        </Group>
        <Text size="sm">{item.why}</Text>
        {item.state !== 'open' && (
          <Badge variant="default">
            {item.state === 'accepted' ? 'Accepted' : 'Deferred'}
            {item.at === null ? '' : ` ${formatDate(item.at)}`}
          </Badge>
        )}
        {others.length > 0 && (
          <Text size="xs" c="dimmed" component="div">
            Also:{' '}
            {others.map((other, index) => (
              <span key={itemKey(other)}>
                {index > 0 && ', '}
                <UnstyledButton className={classes['link']} onClick={() => onShow(other)}>
                  {reasonNames[other.reason]}
                </UnstyledButton>
              </span>
            ))}
          </Text>
        )}
      </Stack>

      <EditControls>
        <Stack gap={6}>
          {item.reason === 'possible-duplicate' ? (
            <>
              <Action icon={<CopyCheck size={14} />} keys="K" onClick={() => onDecide({ kind: 'same' })} primary>
                Same image: keep together
              </Action>
              <Action icon={<Unlink size={14} />} keys="N" onClick={() => onDecide({ kind: 'different' })}>
                Not duplicates
              </Action>
            </>
          ) : (
            <Action icon={<Check size={14} />} keys="A" onClick={() => onDecide({ kind: 'accept' })} primary>
              Accept as is
            </Action>
          )}
          {suggestion !== null && (
            <Action
              icon={<Sparkles size={14} />}
              keys="S"
              onClick={() => onDecide({ kind: 'relabel', label: suggestion })}
            >
              <Group gap={6} wrap="nowrap" miw={0}>
                Suggested
                <ClassChip label={suggestion} index={classNames.indexOf(suggestion)} />
              </Group>
            </Action>
          )}
          <Action icon={<Clock size={14} />} keys="D" onClick={() => onDecide({ kind: 'defer' })}>
            Later
          </Action>
          <Action icon={<Trash2 size={14} />} keys="X" onClick={() => onDecide({ kind: 'exclude' })}>
            Exclude
          </Action>
          {item.state !== 'open' && (
            <Action icon={<RotateCcw size={14} />} keys="O" onClick={() => onDecide({ kind: 'reopen' })}>
              Reopen
            </Action>
          )}
        </Stack>
      </EditControls>

      <section aria-label="Label">
        <Title order={3} mb={4}>
          Label
        </Title>
        <EditControls>
          <div className={classes['labels']}>
            {classNames.map((name, index) => (
              <UnstyledButton
                key={name}
                className={classes['label']}
                aria-pressed={name === item.label}
                onClick={() => onDecide({ kind: 'relabel', label: name })}
              >
                <ClassChip label={name} index={index} />
                <span className={classes['marks']}>
                  {name === item.label && (
                    <Text size="xs" c="dimmed" span>
                      {' '}
                      current
                    </Text>
                  )}
                  {name === suggestion && (
                    <Text size="xs" c="dimmed" span>
                      suggested
                    </Text>
                  )}
                  {index < 9 && <Kbd size="xs">{index + 1}</Kbd>}
                </span>
              </UnstyledButton>
            ))}
          </div>
        </EditControls>
      </section>

      <History project={props.project} image={item.image} />
    </section>
  );
}

interface ActionProps {
  readonly icon: ReactNode;
  readonly keys: string;
  readonly onClick: () => void;
  readonly primary?: boolean;
  readonly children: ReactNode;
}

function Action({ icon, keys, onClick, primary = false, children }: ActionProps) {
  return (
    <Button
      variant={primary ? 'filled' : 'default'}
      justify="space-between"
      fullWidth
      leftSection={icon}
      rightSection={<Kbd size="xs">{keys}</Kbd>}
      onClick={onClick}
      classNames={{ label: classes['actionLabel'] ?? '' }}
    >
      {children}
    </Button>
  );
}

function History({ project, image }: { readonly project: string; readonly image: number }) {
  const detail = useRequest('dataset.image', { project, image });
  const entries = detail.data?.labelHistory ?? [];
  return entries.length === 0 ? null : <LabelHistory entries={entries} />;
}

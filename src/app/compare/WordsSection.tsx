import { useQuery } from '@tanstack/react-query';
import { type ReactNode } from 'react';
import { wordsOfSides, type Comparand } from '../../state/drilldown/compare.ts';
import { Answer } from '../evidence/parts.tsx';
import { ComparedWords } from '../evidence/words/ComparedWords.tsx';
import { placeOf, type Sides } from './sides.ts';

const titleOf = (id: string, side: Comparand, several: boolean): string =>
  `${id}: ${side.side.stream}, ${placeOf(side, several)}`;

/** Characteristic words of b against a. */
export function WordsSection({ a, b }: Sides): ReactNode {
  const several = a.side.ledger !== b.side.ledger;
  const query = useQuery({
    queryKey: ['side-words', a.report.revision, b.report.revision, a.side, b.side],
    queryFn: () => wordsOfSides(a, b),
  });
  if (a.mapping.text === undefined || b.mapping.text === undefined)
    return <p className="dim">A ledger without texts has no words to compare: none of its columns is read as text.</p>;
  return (
    <Answer query={query} what="comparing words">
      {(result) => (
        <ComparedWords
          result={result}
          titles={{
            window: titleOf('b', b, several),
            reference: titleOf('a', a, several),
            more: 'More in b',
            less: 'Less in b',
          }}
          columns={['b', 'a']}
        />
      )}
    </Answer>
  );
}

/** A model on the Hugging Face hub that fits: an ONNX export with whole numbers, or a static one. */
export interface HubModel {
  readonly name: string;
  readonly repository: string;
  /** Of what is fetched, about, by what the hub states. */
  readonly bytes: number;
  /** Characters in a second of one processor, as far as such weights were run (docs/performance.md); null: not run. */
  readonly speed: number | null;
  readonly dimension: number;
  readonly licence: string;
  readonly about: string;
}

export const HUB_HOST = 'huggingface.co';

export const HUB_MODELS: readonly HubModel[] = [
  {
    name: 'all-MiniLM-L6-v2',
    repository: 'Xenova/all-MiniLM-L6-v2',
    bytes: 24e6,
    speed: 7400,
    dimension: 384,
    licence: 'Apache-2.0',
    about: 'Small, English',
  },
  {
    name: 'multilingual-e5-small',
    repository: 'Xenova/multilingual-e5-small',
    bytes: 136e6,
    speed: 3700,
    dimension: 384,
    licence: 'MIT',
    about: 'About 100 languages: the same said in two of them lies near',
  },
  {
    name: 'potion-base-8M',
    repository: 'minishlab/potion-base-8M',
    bytes: 31e6,
    speed: null,
    dimension: 256,
    licence: 'MIT',
    about: 'Static, English: a vector a word, so very quick and less exact',
  },
];

export const hubAddress = ({ repository }: HubModel): string => `https://${HUB_HOST}/${repository}/resolve/main/`;

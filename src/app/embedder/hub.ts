/** A model on the Hugging Face hub that fits: an ONNX export with whole numbers, or a static one. */
export interface HubModel {
  readonly name: string;
  readonly repository: string;
  /** Of what is fetched, about. */
  readonly bytes: number;
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
    dimension: 384,
    licence: 'Apache-2.0',
    about: 'Small, English',
  },
  {
    name: 'paraphrase-multilingual-MiniLM-L12-v2',
    repository: 'Xenova/paraphrase-multilingual-MiniLM-L12-v2',
    bytes: 136e6,
    dimension: 384,
    licence: 'Apache-2.0',
    about: '50 languages, twice as many layers',
  },
  {
    name: 'potion-base-8M',
    repository: 'minishlab/potion-base-8M',
    bytes: 31e6,
    dimension: 256,
    licence: 'MIT',
    about: 'Static, English: a vector a word, so very quick and less exact',
  },
];

export const hubAddress = ({ repository }: HubModel): string => `https://${HUB_HOST}/${repository}/resolve/main/`;

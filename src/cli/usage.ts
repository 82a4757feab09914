import { FILE_USAGE } from './ledgerFiles.ts';
import { MAP_USAGE } from './mapping.ts';
import { EVENTS_USAGE, PART_USAGE } from './part.ts';

/** What the command line says of itself; one entry per command. */
export const USAGE: Readonly<Record<string, string>> = {
  analyze: `tautline analyze LEDGER... --out DIR [--params FILE.json] [--stream KEY] [--baseline FILE]
                [--power] [--where KEY=VALUE]... [--from TIME] [--to TIME]
                [--file NAME]... [--together] [--map COLUMN=SOURCE]... [--unit COLUMN=UNIT]... [--mapping FILE]
  Runs the pipeline over ledger files, or a folder of hive partitions, and writes signals.parquet, alerts.json and
  calibration.json.
  --params FILE   parameters as a flat JSON object; an absent one has its default
  --stream KEY    provider_id (default), agent_id, thread_id, role, ledger, file, or the name of a column;
                  column:NAME where a column has one of these names
  --baseline FILE a baseline or bundle replaces the reference period; a bundle's parameters hold where --params is
                  not given
  --power         says what size of change would be found, measured on the reference (some seconds)
  --out DIR       folder to write to; made where it does not exist
${PART_USAGE}
${FILE_USAGE}
${MAP_USAGE}`,
  bundle: `tautline bundle LEDGER... --out FILE [--params FILE.json] [--against FILE.json] [--labels FILE]
                [--stream KEY] [--where KEY=VALUE]... [--from TIME] [--to TIME]
                [--file NAME]... [--together] [--map COLUMN=SOURCE]... [--unit COLUMN=UNIT]... [--mapping FILE]
  Writes what a consumer needs to raise the same alerts: parameters, projection, reference and calibration, the hash
  of the ledger, the alerts expected on it, what false alarms cost, and a rollout advice. Its format is in
  schema/bundle.schema.json and schema/bundle.proto.
  --params FILE   parameters as a flat JSON object; an absent one has its default
  --against FILE  the parameters in service, which the advice compares with (the defaults)
  --labels FILE   labelled stretches, in place of the label column; the advice is to hold where a change is missed
  --stream KEY    provider_id (default), agent_id, thread_id, role, ledger, file, or the name of a column;
                  column:NAME where a column has one of these names
  --out FILE      ends in .json, or in .pb for protobuf
${PART_USAGE}
${FILE_USAGE}
${MAP_USAGE}`,
  calibrate: `tautline calibrate [--seed S] [--seeds N [--from S] [--compare RUN.json]] [--params FILE.json]
                [--workers N] [--out DIR]
  Generates the four stress profiles of 50,000 events, analyses them and prints what was measured beside what the
  paper (Gwamanda 2026, "Autonomous Engineering") reports, one verdict per row.
  Exit status 1 where a verdict fails. Writes verdicts.json and, with --seeds, monte-carlo.json.
  --seed S        seed of the table; the default one meets the event numbers of Gwamanda 2026
  --seeds N       a Monte Carlo over N seeds as well, on all cores
  --from S        its first seed (1)
  --compare FILE  compares it with a saved monte-carlo.json
  --params FILE   parameters as a flat JSON object: would these thresholds still pass?
  --workers N     worker threads (one per core)
  --out DIR       folder to write to (tautline-calibration)`,
  channels: `tautline channels LEDGER... [--budget N]... [--labels FILE | --truth FILE] [--params FILE.json]
                [--set NAME=VALUE]... [--workers N] [--json] [--out FILE.json]
                [--map COLUMN=SOURCE]... [--unit COLUMN=UNIT]... [--mapping FILE]
  Which changes each channel finds, and what it raises without one, with limits that a false-alarm budget gives:
  derived from the reference period of each ledger, by hand nowhere. A detector of the length of the text alone stands
  beside them.
  LEDGER...       files; each is a ledger of its own
  --budget N      one false alarm in N events, for every channel (false_alarm_budget); several: 2000,10000
  --labels FILE   labelled stretches, in place of the label column
  --truth FILE    what happens in which ledger, as JSON: a list of {"name", "kind", "wander", "reference",
                  "onset_event", "onset_seq", "stream"}. The reference is the first so many events; found is a change
                  whose stream raises an alarm from its onset on; every other alarm is false. Counted by kind, topics
                  (wander) and reference
  --params FILE   parameters as a flat JSON object; an absent one has its default
  --set NAME=VAL  one parameter, such as k=32
  --workers N     worker threads (one per core)
  --json          prints JSON in place of the tables
  --out FILE      the same as a file
${MAP_USAGE}`,
  convert: `tautline convert LEDGER... --out DIR [--partition] [--map COLUMN=SOURCE]... [--unit COLUMN=UNIT]...
                [--mapping FILE] [--where KEY=VALUE]... [--from TIME] [--to TIME]
                [--file NAME]... [--together]
  Writes any ledger as Parquet that opens to the same analysis without options: columns under the names of a ledger,
  other columns as they are, events that cannot be used left out.
  --out DIR       a new folder, or an empty one
  --partition     hive partitions by provider_id and hour
${PART_USAGE}
${FILE_USAGE}
${MAP_USAGE}`,
  embed: `tautline embed LEDGER... --model DIR --out DIR [--keep DIR] [--sample N] [--workers N]
                [--map COLUMN=SOURCE]... [--unit COLUMN=UNIT]... [--mapping FILE] [--where KEY=VALUE]...
                [--from TIME] [--to TIME] [--file NAME]... [--together]
  Embeds the texts of a ledger with a sentence-embedding model on this machine, and writes it as Parquet with the
  vectors; the files say which model made them. After Ctrl-C the same command goes on where it stood.
  --model DIR     folder of the model: tokenizer.json and model.onnx (or model.safetensors of a static model), with
                  config.json, sentence_bert_config.json and 1_Pooling/config.json where it has them
  --out DIR       a new folder, or an empty one
  --keep DIR      keeps the vectors by text there, for the next run and other ledgers (OUT.unfinished, removed at the
                  end)
  --sample N      at most N events of each stream, evenly taken
  --workers N     worker threads (one per core)
${PART_USAGE}
${FILE_USAGE}
${MAP_USAGE}`,
  generate: `tautline generate PROFILE --out DIR [--seed S] [--events N] [--single]
  Writes a generated ledger as Parquet, partitioned by provider_id and hour: quick-tour, benign, fracture,
  homogenisation or backoff.
  --events N      its length (50,000; quick-tour 6,000): what goes wrong stays at its events; written an hour at a time,
                  so in little memory
  --single        one file instead
  --out DIR       folder to write to; made where it does not exist`,
  inspect: `tautline inspect LEDGER... [--json] [--events KIND[,KIND]...] [--file NAME]... [--together]
                [--map COLUMN=SOURCE]... [--unit COLUMN=UNIT]... [--mapping FILE]
  What files are, what each of their columns would be taken for, what is missing and how to say it, and their first
  rows; also where analyze would refuse them. Of a folder with several ledgers: which they are.
  --json          the same as JSON
${EVENTS_USAGE}
${FILE_USAGE}
${MAP_USAGE}`,
  live: `tautline live (--log DIR | --kafka HOST:PORT[,...] [--spool DIR]) --ledger DIR [--port N] [--token FILE]
              [--bundle FILE] [--otlp N] [--otlp-topic] [--stdin] [--webhook URL --webhook-secret FILE]
              [--no-compact]
tautline live --demo [--port N] [--bundle FILE] [--webhook URL --webhook-secret FILE] [--no-open]
tautline live verify DIR
tautline live compact DIR
tautline live (deploy | candidate) ADDRESS BUNDLE [--who NAME] [--reason TEXT]
tautline live (promote | back) ADDRESS [--who NAME] [--reason TEXT]
  Takes events (OpenTelemetry, CloudEvents, lines) into a log and from there into a ledger, judges them, and hands
  commits and files to followers on this machine. Without a bundle the first 2,000 events are the reference. verify
  reads a ledger whole: every commit, every file, and whether analysing it gives the alerts that were raised.
  compact makes few files of the many of hours that ended a day before the newest event, also beside a process that
  runs, which does it by itself each half hour.
  deploy brings a bundle into force in a live process; candidate runs it beside: shadow, then canary, then full, a
  stage for each promote, and a stage less for each back. ADDRESS is that of the app, as live prints it.
  --who, --reason are kept with the decision; your name on this machine where absent
  --log DIR       folder of the log; made where it does not exist
  --kafka HOST:PORT[,...]  brokers of Apache Kafka in place of a log; topics are made where they do not exist
  --spool DIR     folder of what waits for the brokers; default the ledger's name with ".spool"
  --ledger DIR    folder of the ledger; made where it does not exist
  --demo          replays the fracture of the harness at 20 x into folders of its own, and opens the app in the browser
  --no-open       prints the address of the app alone
  --port N        port to try first; default 4173
  --bundle FILE   judges by it from here on, from the first event of a new ledger; else the bundle in force goes on
  --token FILE    holds the token that followers send, and is made where it does not exist; else each run has another
  --otlp N        port that events are taken at: POST v1/traces, v1/logs, v1/events; default 4318, of the demo none
  --otlp-topic    reads tautline.otlp.v1 too, which an OpenTelemetry Collector writes (docs/live.md has its settings)
  --stdin         takes an event a line from the standard input too, as JSON with the columns of a ledger
  --webhook URL   sends alerts there as CloudEvents, signed as Standard Webhooks; https, or http of this machine
  --webhook-secret FILE  holds the secret that they are signed with, and is made where it does not exist
  --no-compact    leaves the files of a ledger as they were written`,
  replay: `tautline replay LEDGER... --bundle FILE [--where KEY=VALUE]... [--from TIME] [--to TIME]
                [--file NAME]... [--together] [--map COLUMN=SOURCE]... [--unit COLUMN=UNIT]... [--mapping FILE]
  Runs a bundle over a ledger, warm from its first event, and prints the alerts: once over the whole ledger, and once
  as a consumer does, event by event (a million take some minutes). Every signal, state and alert of the consumer must
  be the same, and on the ledger that the bundle was made on the alerts exactly those expected: exit status 1, with
  the first difference, where they are not.
  --bundle FILE   a bundle as JSON or protobuf
${PART_USAGE}
${FILE_USAGE}
${MAP_USAGE}`,
  score: `tautline score LEDGER... [--labels FILE] [--label NAME]... [--params FILE.json] [--stream KEY]
                [--tolerance N] [--point-width N] [--out FILE.json] [--where KEY=VALUE]... [--from TIME] [--to TIME]
                [--file NAME]... [--together] [--map COLUMN=SOURCE]... [--unit COLUMN=UNIT]... [--mapping FILE]
  Scores alerts against labelled stretches, beside a detector that always fires, chance at the same alert rate, and
  text length alone.
  --labels FILE   NAB windows, or a list of {stream, from, to, label, expect} as JSON or CSV, in event ids or times;
                  the label column where absent. An alert in a stretch with expect "none", or labelled transient,
                  backoff or ok:..., is a false alarm, and none in it no miss
  --label NAME    only stretches of this label
  --params FILE   parameters as a flat JSON object; an absent one has its default
  --stream KEY    provider_id (default), agent_id, thread_id, role, ledger, file, or the name of a column;
                  column:NAME where a column has one of these names
  --tolerance N   events of the stream by which stretches are widened (4)
  --point-width N events that a label on a single event stands for (10)
  --out FILE      everything as JSON
${PART_USAGE}
${FILE_USAGE}
${MAP_USAGE}`,
};

/** The whole help: every command. */
export const help = (): string => `Tautline analyses multi-agent dialogue ledgers.

${Object.values(USAGE).join('\n\n')}

Exit status: 0; 1 where a verdict of calibrate fails, or replay differs; 2 with one line on what was wrong; 130 after
Ctrl-C. Files appear whole or not at all.`;

/** `evenhand consistency panels [--window KEY] [--tier 1|2|3] [--json|--csv]`: the rows of "Panels side by side". */
import { decisionsByPanel, panelRowsCsv, panelsSideBySide, rowOf, type Tier, UnknownWindow } from '@app/consistency';
import { openPlatform } from '../../composition/src/platform';
import { type Arguments, CommandRefused, type ExitCode } from './command';

export const consistencyUsage = 'consistency panels [--window KEY] [--tier 1|2|3] [--json | --csv]';

export async function consistencyCommand({ positionals, values }: Arguments): Promise<ExitCode> {
  if (positionals.length !== 1 || positionals[0] !== 'panels')
    throw new CommandRefused(`Say which comparison: evenhand ${consistencyUsage}`);
  const tier = Number(values.tier ?? 2);
  if (![1, 2, 3].includes(tier)) throw new CommandRefused(`--tier is "${values.tier}": write 1, 2 or 3.`);
  const platform = await openPlatform(process.env);
  try {
    await platform.runner.start();
    await platform.runner.catchUp();
    const { months, dataTo } = await decisionsByPanel(platform.database.application);
    const compared = panelsSideBySide(months, {
      tier: tier as Tier,
      ...(values.window === undefined ? {} : { windowKey: values.window }),
    });
    const rows = compared?.results.map(rowOf) ?? [];
    if (values.json)
      process.stdout.write(
        `${JSON.stringify({
          window: compared?.window ?? null,
          windows: compared?.windows.map(({ key, label }) => ({ key, label })) ?? [],
          tier,
          dataTo: dataTo ?? null,
          finding: compared?.finding ?? null,
          rows,
        })}\n`,
      );
    else if (values.csv) process.stdout.write(panelRowsCsv(rows));
    else if (!compared) process.stdout.write('No decision has been recorded yet.\n');
    else {
      process.stdout.write(`${compared.finding}\n${compared.window.label}. Data to ${dataTo}.\n\n`);
      for (const { panel, signal, sentence } of rows)
        process.stdout.write(`${panel}: ${signal === 'none' ? '' : `[${signal}] `}${sentence}\n`);
      process.stdout.write(`\nOther periods: --window ${compared.windows.map(({ key }) => key).join(', ')}\n`);
    }
    return 0;
  } catch (error) {
    if (error instanceof UnknownWindow) throw new CommandRefused(error.message);
    throw error;
  } finally {
    await platform.close();
  }
}

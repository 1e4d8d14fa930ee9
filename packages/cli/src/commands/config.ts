import { EXIT_DONE } from '../output/exit-code.ts'
import { maskSecrets } from '../output/mask-secrets.ts'
import type { AddCommand } from '../program.ts'

/** `config`: the configuration as the program reads it. */
export const addConfigCommand: AddCommand = (program, action) => {
  program
    .command('config')
    .description('the resolved configuration, secrets masked')
    .action(
      action(async (context) => {
        const { file, values, env } = await context.loadConfig()
        const shown = maskSecrets(values, env)
        context.terminal.print(`// ${file}`)
        context.terminal.print(JSON.stringify(shown, null, 2))
        context.terminal.document('config', { file, config: shown })
        return EXIT_DONE
      }),
    )
}

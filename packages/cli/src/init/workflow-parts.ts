import { ACTIONS } from './action-pins.ts'
import { type ConfigSecrets, secretNameOf } from './config-secrets.ts'

/** The variable of the repository that switches the workflows on, and what it must say. */
export const SWITCH = { name: 'DOMAINSYNC', on: 'on' } as const

/** Workflow expression. */
export function expression(text: string): string {
  return `\${{ ${text} }}`
}

/** True once somebody has switched the workflows on: a configuration to try things out is nothing that GitHub can reach. */
export const SWITCHED_ON = `vars.${SWITCH.name} == '${SWITCH.on}'`

/** Steps up to a job that can run `domainsync` with these secrets. */
export function preparingSteps({ files }: ConfigSecrets, checkout: readonly string[] = []): string {
  return `      - uses: ${ACTIONS.checkout}
        with:
${checkout.map((line) => `          ${line}\n`).join('')}          persist-credentials: false
      - uses: ./.github/actions/domainsync
${files.length > 0 ? `${secretFilesStep(files)}\n` : ''}`
}

function secretFilesStep(files: readonly string[]): string {
  const shown = files.map((file) => ({ path: `'${file.replaceAll("'", "'\\''")}'`, name: secretNameOf(file) }))
  return `      - name: Secret files
        env:
${shown.map(({ name }) => `          ${name}: ${expression(`secrets.${name}`)}`).join('\n')}
        run: |
          umask 077
          put() {
            [ -n "\${!2}" ] || { echo "::error::The repository has no secret $2."; exit 1; }
            mkdir -p "$(dirname "$1")"
            printf '%s\\n' "\${!2}" > "$1"
          }
${shown.map(({ path, name }) => `          put ${path} ${name}`).join('\n')}`
}

/** A step that runs one command line. */
export function commandStep(
  command: string,
  { name, secrets, env = {} }: { name: string; secrets: ConfigSecrets; env?: Readonly<Record<string, string>> },
): string {
  const variables = [
    ...Object.entries(env),
    ...secrets.env.map((variable) => [variable, expression(`secrets.${variable}`)] as const),
  ]
  const lines = variables.map(([variable, value]) => `          ${variable}: ${value}\n`)
  return `      - name: ${name}
${lines.length > 0 ? `        env:\n${lines.join('')}` : ''}        run: ${command}`
}

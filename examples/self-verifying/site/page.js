// Verifies the site that this page belongs to, with the SDK that lies beside it in the same release.
// `domainsync` is the global of domainsync.js, the bundle of @domainsync/sdk.
/* global domainsync */

const STEPS = ['', 'Chain', 'Head', 'Blocks', 'Signatures', 'Statement', 'File list', 'Served bytes']
/** Nothing is known: somebody could not be asked. */
const UNKNOWN = ['RPC_NO_QUORUM', 'RPC_UNREACHABLE', 'RPC_TIMEOUT', 'ROOT_UNAVAILABLE', 'UNREADABLE']

const byId = (id) => document.getElementById(id)
const form = byId('network')
const given = JSON.parse(byId('config').textContent)
/** Opened from a file, or from another server: then this page checks the site from outside. */
const isElsewhere = location.origin !== new URL(given.url).origin

function fill({ rpcUrls, gateways, ...fields }) {
  const values = { ...fields, rpcUrls: rpcUrls.join('\n'), gateways: gateways.join('\n') }
  for (const [name, value] of Object.entries(values)) if (form.elements[name]) form.elements[name].value = value
}

function asked() {
  const lines = (name) => form.elements[name].value.split(/\s+/).filter(Boolean)
  const rpcUrls = lines('rpcUrls')
  return {
    domain: form.elements.domain.value,
    url: form.elements.url.value,
    chainId: Number(form.elements.chainId.value),
    registry: form.elements.registry.value,
    rpcUrls,
    gateways: lines('gateways'),
    // One operator alone is believed only because the reader named it.
    ...(rpcUrls.length === 1 && { quorum: 1 }),
  }
}

function element(tag, text, className) {
  const made = document.createElement(tag)
  made.textContent = text
  if (className) made.className = className
  return made
}

function showStep(step, checks) {
  const wrong = checks.filter((check) => !check.ok)
  const row = element('li', '', wrong.length > 0 ? 'bad' : '')
  row.append(element('span', wrong.length > 0 ? '✗' : '✓'), element('span', STEPS[step]))
  const count = `${checks.length - wrong.length} of ${checks.length} answers are the signed bytes.`
  const said = element('span', step === 7 ? count : checks.map(({ detail }) => detail).join(' '))
  if (step === 7 && wrong.length > 0) {
    const list = document.createElement('ul')
    list.append(...wrong.map(({ code, detail }) => element('li', `${code}: ${detail}`)))
    said.append(list)
  }
  row.append(said)
  return row
}

function sentenceOf({ ok, domain, release, failures }) {
  if (ok) return `What ${isElsewhere ? `${domain} serves` : 'you read'} is what was approved: release ${release}.`
  const codes = [...new Set(failures.map(({ code }) => code))]
  if (codes.every((code) => UNKNOWN.includes(code))) return `Nobody can say yet (${codes.join(', ')}).`
  return `This is not what was approved (${codes.join(', ')}).`
}

function show(report) {
  const isUnknown = !report.ok && report.failures.every(({ code }) => UNKNOWN.includes(code))
  byId('verdict').className = report.ok ? 'good' : isUnknown ? 'unknown' : 'bad'
  byId('sentence').textContent = sentenceOf(report)
  const at = report.block && new Date(report.block.timestamp * 1000).toISOString()
  byId('detail').textContent = report.block
    ? `${report.root ?? 'No root'}, read at block ${report.block.number} of ${at}.`
    : 'The chain could not be read.'
  const steps = Map.groupBy(report.checks, ({ step }) => step)
  byId('steps').replaceChildren(...[...steps].map(([step, checks]) => showStep(step, checks)))
}

async function check() {
  const again = byId('again')
  again.disabled = true
  byId('verdict').className = 'checking'
  byId('sentence').textContent = 'Checking …'
  try {
    const { domain, url, ...options } = asked()
    show(await domainsync.createClient(options).verify(domain, { url }))
  } catch (error) {
    // Only what was put into the form can be wrong here.
    byId('verdict').className = 'unknown'
    byId('sentence').textContent = 'These cannot be asked.'
    byId('detail').textContent = error.message
  }
  again.disabled = false
}

fill(given)
byId('here').textContent = isElsewhere
  ? `This copy is such a place: it stands apart from ${given.url}.`
  : `You read it at ${location.origin}, the site it speaks of: so it is no such place.`
byId('again').addEventListener('click', check)
form.addEventListener('submit', (event) => {
  event.preventDefault()
  check()
})
check()

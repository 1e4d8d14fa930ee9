// `node idle-connections.test.support.ts <port> <count>`: asks once on each of so many connections and keeps them all open. Prints
// how many were answered, then how many of them are still open whenever a line comes in; ends when its input does.
import { connect } from 'node:net'
import { createInterface } from 'node:readline'

const [port = 0, count = 0] = process.argv.slice(2).map(Number)
/** Begun at a time, lest the listening queue overflows. */
const AT_ONCE = 100
let open = 0

function ask(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.once('data', () => {
      open++
      resolve(true)
      socket.once('close', () => open--)
    })
    socket.once('close', () => resolve(false))
    socket.write('GET / HTTP/1.1\r\nHost: one.example\r\n\r\n')
  })
}

for (let begun = 0; begun < count; begun += AT_ONCE) {
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - begun) }, ask))
}
console.log(open)
for await (const _ of createInterface(process.stdin)) console.log(open)
process.exit()

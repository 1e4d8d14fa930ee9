export { reservePort, reservePorts } from './reserve-ports.ts'

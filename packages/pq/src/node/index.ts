export * from '../index.ts'
export * from './native-ml-dsa.ts'

// The first page.

export { Welcome } from './welcome.tsx';

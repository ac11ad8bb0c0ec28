// The bar above everything.

export { TopBar } from './top-bar.tsx';

// Search over everything recorded.

export { SearchButton } from './search-button.tsx';
export { SearchScreen } from './search-screen.tsx';

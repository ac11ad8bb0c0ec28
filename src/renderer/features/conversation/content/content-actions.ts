// What a piece of content may ask of the view around it.

import { createContext, useContext } from 'react';

export interface ContentActions {
  /** Goes to the raw record that holds this content in full; absent where the view shows it already. */
  readonly openRecord?: () => void;
}

export const ContentActionsContext = createContext<ContentActions>({});

export function useContentActions(): ContentActions {
  return useContext(ContentActionsContext);
}

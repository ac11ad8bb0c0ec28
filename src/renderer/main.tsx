// The window's one entry: connects, then draws. The same file runs in the desktop's window and in a browser.

import './ui/theme.css';
import './ui/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { OpenerProvider } from './features/open/index.tsx';
import { connect } from './platform/connect.ts';
import { ClientProvider } from './state/client-context.tsx';
import { SessionListProvider } from './state/use-session-list.tsx';
import { TooltipProvider } from './ui/tooltip.tsx';

const connection = connect();
const root = document.getElementById('root');
if (!root) throw new Error('The page has no root element.');

createRoot(root).render(
  <StrictMode>
    <ClientProvider connection={connection}>
      <SessionListProvider>
        <OpenerProvider>
          <TooltipProvider>
            <App />
          </TooltipProvider>
        </OpenerProvider>
      </SessionListProvider>
    </ClientProvider>
  </StrictMode>,
);

// The conversation of a session, and the view of one recorded block of content that other views use as well.

export { ContentActionsContext, type ContentActions } from './content/content-actions.ts';
export { ContentBlockView, type ContentBlockViewProps } from './content/content-block.tsx';
export { ConversationView } from './conversation-view.tsx';

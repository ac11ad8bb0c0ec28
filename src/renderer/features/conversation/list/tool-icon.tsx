import {
  Bot,
  CircleQuestionMark,
  ClipboardList,
  FilePen,
  FileText,
  Globe,
  ListTodo,
  type LucideIcon,
  Plug,
  Search,
  Sparkles,
  SquareTerminal,
  Wrench,
} from 'lucide-react';
import type { ToolLook } from '../text/tool-shape.ts';

const icons: Readonly<Record<ToolLook, LucideIcon>> = {
  command: SquareTerminal,
  read: FileText,
  edit: FilePen,
  search: Search,
  web: Globe,
  todo: ListTodo,
  agent: Bot,
  question: CircleQuestionMark,
  plan: ClipboardList,
  skill: Sparkles,
  mcp: Plug,
  other: Wrench,
};

export function ToolIcon({ look }: { readonly look: ToolLook }) {
  const Icon = icons[look];
  return <Icon className="conversation-tool-icon" aria-hidden="true" />;
}

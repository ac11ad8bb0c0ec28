// Draws what stands on the nodes: icons, text, counts, marks. Shapes and edges below it are Cytoscape's.
//
// Contract: draws in graph coordinates on a context that is already moved and scaled; knows neither Cytoscape nor DOM.
// Text that would be smaller than people can read is left out; a tile's number stays readable as long as it fits.

import { circleText, type Appearance, type Form, type IconName, sizes, type Tile } from '../picture/appearance.ts';
import type { Point } from '../layout/layout.ts';
import { iconPaths } from './icons.ts';
import type { Palette } from './palette.ts';
import { corners, edgeRadius, edgeTurn, hexagonSlant } from './shapes.ts';

/** Text of 12 pixels is not drawn below this zoom. */
const leastTextZoom = 0.5;
/** Below this one nodes are plain blocks of their colour, which can still be told apart. */
const leastIconZoom = 0.25;

export class NodePainter {
  private readonly icons = new Map<IconName, Path2D>();
  private readonly fitted = new Map<string, string>();
  private readonly context: CanvasRenderingContext2D;
  private readonly palette: Palette;

  constructor(context: CanvasRenderingContext2D, palette: Palette) {
    this.context = context;
    this.palette = palette;
  }

  /** What stands on a node. */
  paint(appearance: Appearance, at: Point, zoom: number): void {
    if (zoom < leastIconZoom) {
      this.paintBlock(appearance, at, zoom);
      return;
    }
    if (appearance.tile) this.paintTile(appearance, appearance.tile, at, zoom);
    else this.paintSpan(appearance, at, zoom);
    if (appearance.stack && appearance.form !== 'tile') this.paintStack(appearance.form, at);
    this.paintMark(appearance, at, zoom);
  }

  /** The node's own shape, where it has to be seen above what Cytoscape drew. */
  paintShape({ form, mark }: Appearance, at: Point, strong: boolean): void {
    const { context, palette } = this;
    const { width, height } = sizes[form];
    const left = at.x - width / 2;
    const top = at.y - height / 2;
    context.beginPath();
    if (form === 'agent' || form === 'orchestrator') context.arc(at.x, at.y, width / 2, 0, Math.PI * 2);
    else if (form === 'tool') {
      context.moveTo(left, at.y);
      context.lineTo(left + hexagonSlant, top);
      context.lineTo(left + width - hexagonSlant, top);
      context.lineTo(left + width, at.y);
      context.lineTo(left + width - hexagonSlant, top + height);
      context.lineTo(left + hexagonSlant, top + height);
      context.closePath();
    } else context.roundRect(left, top, width, height, corners[form]);
    context.fillStyle = form === 'tile' ? palette.raised : palette[`${form}Ground`];
    context.fill();
    context.strokeStyle = mark === 'error' ? palette.bad : form === 'tile' ? palette.lineStrong : palette[form];
    context.lineWidth = strong ? 2.5 : 1.5;
    context.stroke();
  }

  /** Down from the parent, over, and down to the child; the way to the root in the colour of what is chosen. */
  paintEdge(parent: Appearance, from: Point, child: Appearance, to: Point, onWay: boolean): void {
    const { context, palette } = this;
    const top = from.y + sizes[parent.form].height / 2;
    const end = to.y - sizes[child.form].height / 2;
    const turn = end - top > edgeTurn * 1.5 ? top + edgeTurn : (top + end) / 2;
    const radius = Math.min(edgeRadius, Math.abs(to.x - from.x) / 2, Math.abs(end - turn), Math.abs(turn - top));
    context.beginPath();
    context.moveTo(from.x, top);
    context.arcTo(from.x, turn, to.x, turn, radius);
    context.arcTo(to.x, turn, to.x, end, radius);
    context.lineTo(to.x, end);
    context.strokeStyle = onWay ? palette.accent : palette.lineStrong;
    context.lineWidth = onWay ? 2 : 1.4;
    context.stroke();
  }

  private paintBlock({ form, mark, tile }: Appearance, at: Point, zoom: number): void {
    const { context, palette } = this;
    const { width, height } = sizes[form];
    // Never thinner than a line, so that nothing vanishes.
    const w = Math.max(width, 2 / zoom);
    const h = Math.max(height, 3 / zoom);
    context.fillStyle = mark === 'error' ? palette.bad : form === 'tile' ? palette.lineStrong : palette[form];
    context.fillRect(at.x - w / 2, at.y - h / 2, w, h);
    if (!tile || tile.errors === 0) return;
    context.fillStyle = palette.bad;
    context.fillRect(at.x - w / 2, at.y + h / 4, w, h / 4);
  }

  private paintSpan({ form, icon, title, subtitle }: Appearance, at: Point, zoom: number): void {
    const { palette } = this;
    const isCircle = form === 'agent' || form === 'orchestrator';
    const half = sizes[form].width / 2;
    const showsText = zoom >= leastTextZoom;
    const iconSize = isCircle ? half * 0.92 : showsText ? 15 : 22;
    const iconX = isCircle || !showsText ? at.x : at.x - half + 21;
    this.paintIcon(icon, inkOf(form, palette), iconX, at.y, iconSize);
    if (!showsText) return;
    const x = isCircle ? at.x + half + circleText.gap : at.x - half + 36;
    const width = isCircle ? circleText.width - 12 : half * 2 - 36 - (form === 'tool' ? 16 : 10);
    if (subtitle === '') {
      this.paintText(title, x, at.y, width, 'title', isCircle);
      return;
    }
    this.paintText(title, x, at.y - 8, width, 'title', isCircle);
    this.paintText(subtitle, x, at.y + 8, width, 'subtitle', isCircle);
  }

  /** The edges of more of its kind below it. */
  private paintStack(form: Exclude<Form, 'tile'>, at: Point): void {
    const { context, palette } = this;
    const { width, height } = sizes[form];
    context.strokeStyle = palette[form];
    context.lineCap = 'round';
    for (const [step, strength] of [
      [1, 0.8],
      [2, 0.5],
    ] as const) {
      context.beginPath();
      if (form === 'agent' || form === 'orchestrator') {
        context.arc(at.x, at.y, width / 2 + 1 + step * 3.5, Math.PI * 0.2, Math.PI * 0.8);
      } else {
        const inset = 10 + step * 8;
        const y = at.y + height / 2 + step * 3.5;
        context.moveTo(at.x - width / 2 + inset, y);
        context.lineTo(at.x + width / 2 - inset, y);
      }
      context.lineWidth = 1.5;
      context.globalAlpha = strength;
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  private paintTile({ title }: Appearance, tile: Tile, at: Point, zoom: number): void {
    const { context, palette } = this;
    const { width, height } = sizes.tile;
    const left = at.x - width / 2 + 14;
    const right = at.x + width / 2 - 14;
    if (zoom < leastTextZoom) {
      const size = Math.min(height * 0.62, 13 / zoom);
      context.font = `600 ${size}px ${palette.font}`;
      context.fillStyle = palette.muted;
      context.textAlign = 'center';
      context.textBaseline = 'middle';
      context.fillText(tile.number, at.x, at.y);
      context.textAlign = 'left';
      return;
    }
    this.paintChevron(right - 3, at.y - 20, tile.open);
    context.font = this.font('number');
    const numberWidth = context.measureText(tile.number).width;
    this.paintText(tile.number, left, at.y - 20, 60, 'number', false);
    this.paintText(title, left + numberWidth + 8, at.y - 20, right - left - numberWidth - 26, 'title', false);
    let x = left;
    for (const { kind, count } of tile.counts) {
      this.paintGlyph(kind, x + 5, at.y + 2);
      x += 15 + this.paintText(String(count), x + 15, at.y + 2, 60, 'subtitle', false) + 12;
    }
    if (tile.counts.length === 0) this.paintText('No answer yet', left, at.y + 2, right - left, 'subtitle', false);
    this.paintText(tile.facts, left, at.y + 21, right - left - (tile.errors > 0 ? 64 : 0), 'faint', false);
    if (tile.errors > 0) this.paintErrors(tile.errors === 1 ? '1 error' : `${tile.errors} errors`, right, at.y + 21);
  }

  private paintErrors(text: string, right: number, y: number): void {
    const { context, palette } = this;
    context.font = this.font('faint');
    context.textBaseline = 'middle';
    const width = context.measureText(text).width;
    this.roundBox(right - width - 12, y - 9, width + 12, 18, 5);
    context.fillStyle = palette.badGround;
    context.fill();
    context.fillStyle = palette.bad;
    context.fillText(text, right - width - 6, y + 0.5);
  }

  private paintIcon(name: IconName, colour: string, x: number, y: number, size: number): void {
    const { context } = this;
    let path = this.icons.get(name);
    if (!path) this.icons.set(name, (path = new Path2D(iconPaths[name])));
    const scale = size / 24;
    context.save();
    context.translate(x - size / 2, y - size / 2);
    context.scale(scale, scale);
    context.strokeStyle = colour;
    context.lineWidth = size > 20 ? 1.7 : 2.2;
    context.lineCap = 'round';
    context.lineJoin = 'round';
    context.stroke(path);
    context.restore();
  }

  /** The shape of a kind in small: rectangle, hexagon, circle. */
  private paintGlyph(kind: 'llm' | 'tool' | 'agent', x: number, y: number): void {
    const { context, palette } = this;
    context.beginPath();
    if (kind === 'llm') this.roundBox(x - 5, y - 3.5, 10, 7, 2);
    else if (kind === 'agent') context.arc(x, y, 4.4, 0, Math.PI * 2);
    else
      for (let i = 0; i < 6; i += 1)
        context.lineTo(x + 5 * Math.cos((i * Math.PI) / 3), y + 5 * Math.sin((i * Math.PI) / 3));
    context.closePath();
    context.fillStyle = palette[kind];
    context.fill();
  }

  private paintChevron(x: number, y: number, open: boolean): void {
    const { context, palette } = this;
    context.beginPath();
    if (open) {
      context.moveTo(x - 4, y - 2);
      context.lineTo(x, y + 2);
      context.lineTo(x + 4, y - 2);
    } else {
      context.moveTo(x - 2, y - 4);
      context.lineTo(x + 2, y);
      context.lineTo(x - 2, y + 4);
    }
    context.strokeStyle = palette.faint;
    context.lineWidth = 1.6;
    context.lineCap = 'round';
    context.stroke();
  }

  /** A disc on the upper right corner: '!' for errors, dots while it runs, a bar where it was given up. */
  private paintMark({ form, mark, errorsInside }: Appearance, at: Point, zoom: number): void {
    if (mark === 'none' && errorsInside === 0) return;
    const { context, palette } = this;
    const { width, height } = sizes[form];
    const isCircle = form === 'agent' || form === 'orchestrator';
    const inset = isCircle ? width * 0.14 : form === 'tool' ? 12 : 5;
    const x = at.x + width / 2 - inset;
    const y = at.y - height / 2 + (isCircle ? inset : 1);
    if (mark === 'none') {
      if (zoom >= leastTextZoom) this.paintErrors(String(errorsInside), x + 10, y);
      return;
    }
    // It has to be seen from afar as well.
    const r = Math.min(11, Math.max(8, 5 / zoom));
    context.beginPath();
    context.arc(x, y, r + 2, 0, Math.PI * 2);
    context.fillStyle = palette.ground;
    context.fill();
    context.beginPath();
    context.arc(x, y, r, 0, Math.PI * 2);
    context.fillStyle = mark === 'error' ? palette.bad : mark === 'open' ? palette.accent : palette.faint;
    context.fill();
    context.fillStyle = palette.ground;
    context.beginPath();
    if (mark === 'error') {
      this.roundBox(x - r * 0.14, y - r * 0.58, r * 0.28, r * 0.7, r * 0.14);
      context.roundRect(x - r * 0.17, y + r * 0.28, r * 0.34, r * 0.34, r * 0.17);
    } else if (mark === 'open') {
      for (const dx of [-0.48, 0, 0.48]) {
        context.moveTo(x + dx * r + r * 0.16, y);
        context.arc(x + dx * r, y, r * 0.16, 0, Math.PI * 2);
      }
    } else this.roundBox(x - r * 0.5, y - r * 0.14, r, r * 0.28, r * 0.14);
    context.fill();
  }

  /** Gives the width that was used. */
  private paintText(text: string, x: number, y: number, width: number, role: TextRole, halo: boolean): number {
    const { context, palette } = this;
    context.font = this.font(role);
    context.textBaseline = 'middle';
    const line = this.fit(text, width, role);
    if (halo) {
      context.strokeStyle = palette.ground;
      context.lineWidth = 4;
      context.lineJoin = 'round';
      context.strokeText(line, x, y + 0.5);
    }
    context.fillStyle =
      role === 'number'
        ? palette.accent
        : role === 'title'
          ? palette.text
          : role === 'faint'
            ? palette.faint
            : palette.muted;
    context.fillText(line, x, y + 0.5);
    return context.measureText(line).width;
  }

  private font(role: TextRole): string {
    return `${role === 'title' ? 550 : role === 'number' ? 650 : 400} ${role === 'title' || role === 'number' ? 12.5 : 11.5}px ${this.palette.font}`;
  }

  /** The text as far as it fits, remembered: the same few hundred lines are drawn frame after frame. */
  private fit(text: string, width: number, role: TextRole): string {
    const key = `${role} ${Math.round(width)} ${text}`;
    const known = this.fitted.get(key);
    if (known !== undefined) return known;
    const { context } = this;
    let line = text;
    if (context.measureText(text).width > width) {
      let low = 0;
      let high = text.length;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (context.measureText(`${text.slice(0, middle)}…`).width <= width) low = middle;
        else high = middle - 1;
      }
      line = `${text
        .slice(0, low)
        .replace(/[\uD800-\uDBFF]$/, '')
        .trimEnd()}…`;
    }
    if (this.fitted.size > 8000) this.fitted.clear();
    this.fitted.set(key, line);
    return line;
  }

  private roundBox(x: number, y: number, width: number, height: number, radius: number): void {
    this.context.beginPath();
    this.context.roundRect(x, y, width, height, radius);
  }
}

type TextRole = 'title' | 'subtitle' | 'faint' | 'number';

function inkOf(form: Form, palette: Palette): string {
  return form === 'tile' ? palette.muted : palette[`${form}Ink`];
}

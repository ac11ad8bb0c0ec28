// The only code between the page and Electron: two functions that carry text and one that tells a file's path.

import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { bridgeChannels, type PlayheadBridge } from '../shared/contract/bridge.ts';

const bridge: PlayheadBridge = {
  send: text => ipcRenderer.send(bridgeChannels.text, text),
  onText: listener => {
    const tell = (_event: unknown, text: string): void => listener(text);
    ipcRenderer.on(bridgeChannels.text, tell);
    return () => void ipcRenderer.off(bridgeChannels.text, tell);
  },
  pathForFile: file => webUtils.getPathForFile(file as File),
};

ipcRenderer.send(bridgeChannels.opened);
contextBridge.exposeInMainWorld('playhead', bridge);

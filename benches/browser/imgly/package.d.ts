/** What of the peer is used here: types are checked where it is not installed, too. */
declare module '@imgly/background-removal' {
  export function removeBackground(
    photo: Blob,
    options: { publicPath: string; model: 'isnet_fp16' | 'isnet_quint8'; device: 'cpu' },
  ): Promise<Blob>;
}

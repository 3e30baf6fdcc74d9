/** dcmjs's tag dictionary on its own. */
declare module 'dcmjs/dictionary' {
  const dictionary: Readonly<
    Record<string, { readonly name: string; readonly vr: string; readonly vm: string } | undefined>
  >;
  export default dictionary;
}

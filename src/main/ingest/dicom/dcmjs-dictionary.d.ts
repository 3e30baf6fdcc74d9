/** The tag dictionary of dcmjs, without the rest of it. */
declare module 'dcmjs/dictionary' {
  const dictionary: Readonly<
    Record<string, { readonly name: string; readonly vr: string; readonly vm: string } | undefined>
  >;
  export default dictionary;
}

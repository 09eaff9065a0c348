// A name that people gave: cut where it is longer than its place, with the whole of it as its title, and apart from the
// text around it, in whichever direction it is written.
export function Name({ text }: { text: string }) {
    return (
        <bdi class="cut" title={text}>
            {text}
        </bdi>
    );
}

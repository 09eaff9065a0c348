// A program that calls a model, in the language of the viewer's choice.
import { useState } from "preact/hooks";
import { Button } from "../../components/button";
import { Code } from "../../components/code";
import { curlSnippet, nodeSnippet, pythonSnippet } from "../snippets";

const kLanguages = [
    { name: "Python", write: pythonSnippet },
    { name: "Node", write: nodeSnippet },
    { name: "curl", write: curlSnippet },
];

export function FirstProgram({ model }: { model: string | undefined }) {
    const [chosen, setChosen] = useState(kLanguages[0]!);
    return (
        <>
            <div class="row" role="group" aria-label="Language of the program">
                {kLanguages.map((one) => (
                    <Button key={one.name} pressed={one === chosen} onClick={() => setChosen(one)}>
                        {one.name}
                    </Button>
                ))}
            </div>
            <Code text={chosen.write(undefined, model)} label={chosen.name} />
        </>
    );
}

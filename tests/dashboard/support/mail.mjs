// A mail server on loopback that keeps what it is sent, as far as a gateway's SMTP goes.
import { createServer } from "node:net";

const kWithinMs = 60_000;

function textOf(message) {
    const [head, body] = message.split(/\r\n\r\n(.*)/s);
    if (/^content-transfer-encoding: *base64/im.test(head)) return Buffer.from(body, "base64").toString();
    return body.replaceAll("\r\n", "\n");
}

// What one client says, a line at a time, and what it is answered.
function converse(socket, keep) {
    let rest = "",
        to = [],
        data = null;
    const say = (line) => socket.write(line + "\r\n");
    const take = (line) => {
        if (data !== null) {
            if (line !== ".") return void data.push(line.replace(/^\./, ""));
            keep({ to, text: textOf(data.join("\r\n")) });
            to = [];
            data = null;
            return say("250 kept");
        }
        const recipient = /^RCPT TO:<([^>]*)>/i.exec(line);
        if (recipient) to.push(recipient[1]);
        if (/^DATA$/i.test(line)) {
            data = [];
            return say("354 go on");
        }
        if (/^QUIT$/i.test(line)) return socket.end("221 bye\r\n");
        say("250 fine");
    };
    socket.on("error", () => {});
    socket.on("data", (piece) => {
        const lines = (rest + piece).split("\r\n");
        rest = lines.pop();
        lines.forEach(take);
    });
    say("220 mail.test");
}

export async function startMailServer() {
    const mails = [];
    const server = createServer((socket) => converse(socket, (mail) => mails.push(mail)));
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    // The newest mail to an address, of which there are `count`.
    const mailTo = async (email, count = 1) => {
        for (const end = Date.now() + kWithinMs; Date.now() < end; await new Promise((done) => setTimeout(done, 50))) {
            const found = mails.filter((one) => one.to.includes(email));
            if (found.length >= count) return found.at(-1);
        }
        throw new Error(`no mail to ${email}: ${JSON.stringify(mails)}`);
    };
    return {
        config: `\nmail: {from: tollgate@gateway.test, smtp_url: "smtp://127.0.0.1:${server.address().port}", smtp_tls: never}\n`,
        // Its one link that carries a token.
        linkTo: async (email, count) => /^ {2}(http\S+token=\S+)$/m.exec((await mailTo(email, count)).text)[1],
        stop: () => new Promise((done) => server.close(done)),
    };
}

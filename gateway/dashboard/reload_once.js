// After an upgrade a page from before may name files that are gone. It is loaded anew, once: if that does not help,
// nothing will.
addEventListener(
    "error",
    (event) => {
        const file = event.target;
        if (!(file instanceof HTMLScriptElement || file instanceof HTMLLinkElement)) return;
        const name = "reloaded-for:" + (file.src || file.href);
        if (sessionStorage.getItem(name)) return;
        sessionStorage.setItem(name, "yes");
        location.reload();
    },
    true,
);

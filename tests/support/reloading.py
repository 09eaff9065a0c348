"""Has a running gateway read its configuration again."""

import signal

from support.waiting import eventually


def said(gateway, text):
    return gateway.log_file.read_text().count(text)


def reload(gateway, expect="info server: reloaded"):
    """Sends SIGHUP and waits until the log says that it is done."""
    before = said(gateway, expect)
    gateway.process.send_signal(signal.SIGHUP)
    eventually(lambda: said(gateway, expect) > before)

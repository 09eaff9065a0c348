"""An authenticator app: oathtool, which shares nothing with the gateway but the standard."""

import subprocess
import time

STEP_S = 30


class AuthenticatorApp:
    """Each code that it gives is of a later step than those before: the gateway takes each but once."""

    def __init__(self, secret):
        self.secret = secret
        self.last_step = None

    def code_of(self, step):
        command = ["oathtool", "--totp", "--base32", f"--now=@{step * STEP_S}", self.secret]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=10).stdout.strip()

    def next_code(self):
        """The gateway takes codes of the step before this one and of the one after: three without waiting."""
        now = int(time.time()) // STEP_S
        step = now - 1 if self.last_step is None else max(now - 1, self.last_step + 1)
        while step > int(time.time()) // STEP_S + 1:
            time.sleep(0.2)
        self.last_step = step
        return self.code_of(step)

    def code_now(self):
        """Of this step, be it used or not."""
        return self.code_of(int(time.time()) // STEP_S)

    def last_code(self):
        return self.code_of(self.last_step)

    def wrong_code(self):
        now = int(time.time()) // STEP_S
        near = {self.code_of(step) for step in range(now - 3, now + 5)}
        return next(code for code in (f"{number:06}" for number in range(20)) if code not in near)

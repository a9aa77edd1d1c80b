"""A JupyterLab of its own for a test: started on a folder with the wheel in it, looked at in Chromium, and stopped."""

import json
import os
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from demo.portal import free_port

ROOT = Path(__file__).parents[3]
ENVIRONMENT = Path(os.environ.get("GUILDMARK_IDES_ENVIRONMENT", ROOT / ".ides-venv"))
"""Where `make jupyter` put JupyterLab, notebooks and the wheel."""
TENSORFLOW = ROOT / ".venv" / "lib" / "python3.11" / "site-packages"
TOKEN = "a-token-of-the-tests"
QUIET = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}


@dataclass
class Lab:
    """JupyterLab on `root`, for somebody whose sign-ins lie in `home`."""

    root: Path
    home: Path
    port: int = field(default_factory=lambda: free_port(8795))
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.home / "lab.log"

    @property
    def environment(self) -> dict[str, str]:
        """What a terminal of this person has, the client and Python of the JupyterLab on its path."""
        return {
            **os.environ,
            "PATH": f"{ENVIRONMENT / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "GUILDMARK_CONFIG_DIR": str(self.home / "config"),
            "GUILDMARK_ENVIRONMENT": "0",
            "LANGUAGE": "en",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "IPYTHONDIR": str(self.home / "ipython"),
            "JUPYTER_CONFIG_DIR": str(self.home / "jupyter"),
            "JUPYTER_DATA_DIR": str(self.home / "jupyter-data"),
            "JUPYTER_RUNTIME_DIR": str(self.home / "jupyter-runtime"),
        }

    def start(self, *, within_s: float = 180) -> None:
        """Serve, and wait until it answers. Raises `RuntimeError` with its log."""
        self.root.mkdir(parents=True, exist_ok=True)
        overrides = self.home / "jupyter" / "labconfig" / "default_setting_overrides.json"
        overrides.parent.mkdir(parents=True, exist_ok=True)
        overrides.write_text(json.dumps(QUIET))
        words = ["lab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={self.port}", "--ServerApp.port_retries=0"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    ENVIRONMENT / "bin" / "jupyter",
                    *words,
                    f"--IdentityProvider.token={TOKEN}",
                    f"--ServerApp.root_dir={self.root}",
                    "--LabApp.expose_app_in_browser=True",  # it tells when its layout is restored
                ],
                env=self.environment,
                cwd=self.root,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        give_up = time.monotonic() + within_s
        while time.monotonic() < give_up and self.process.poll() is None:
            if self._answers():
                return
            time.sleep(0.2)
        self.stop()
        raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text()[-3000:]}")

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api", timeout=5).is_success
        except httpx.HTTPError:
            return False

    def stop(self) -> None:
        """End it, its kernels and terminals included."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

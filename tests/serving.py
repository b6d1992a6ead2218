"""An application served as `tracker serve` does, for tests that come through a socket."""

import threading
from contextlib import contextmanager

import waitress


@contextmanager
def served(app):
    """Serve an application in a thread; give its address."""
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        # Closed from another thread than its own, its loop would at times wait on what is closed already.
        server.trigger.pull_trigger(server.close)
        thread.join(20)
        server.task_dispatcher.shutdown()
        assert not thread.is_alive()
        app.extensions["tracker.engine"].dispose()

"""Load on one address: kept connections, each asking again as soon as it has its answer."""

import statistics
import threading
import time
from dataclasses import dataclass
from http.client import HTTPConnection, RemoteDisconnected

CONNECTIONS = 8


@dataclass(frozen=True)
class Load:
    """What came back: requests a second, and milliseconds for the middle and the slowest hundredth."""

    per_second: float
    p50_ms: float
    p99_ms: float
    bytes: int


def measure(port: int, path: str, cookie: str, seconds: float) -> Load:
    """Ask for the page on all connections for that long. Raises RuntimeError for any answer that is not a page."""
    times: list[float] = []
    sizes: set[int] = set()
    wrong: list[int] = []
    end = time.perf_counter() + seconds

    def ask() -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        while (start := time.perf_counter()) < end:
            try:
                connection.request("GET", path, headers={"Cookie": cookie, "Host": f"127.0.0.1:{port}"})
                answer = connection.getresponse()
            except (RemoteDisconnected, ConnectionResetError):  # a web process that has served its share ends
                connection.close()
                continue
            sizes.add(len(answer.read()))
            if answer.status != 200:
                wrong.append(answer.status)
                return
            times.append(time.perf_counter() - start)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise RuntimeError(f"{path} answered {wrong[0]}")
    cuts = statistics.quantiles(times, n=100)
    return Load(len(times) / seconds, cuts[49] * 1000, cuts[98] * 1000, max(sizes))

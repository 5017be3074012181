"""Pages whose scripts reach for what is not theirs. They need JavaScript, so that they are
rendered, and say at the end that all has been tried."""

from __future__ import annotations

from tests.world.exchange import Handler, Request, Response, html, not_found

ALL_TRIED = "все способы испробованы"
_SHELL = """<!doctype html><html><head><title>Загрузка</title></head><body>
<div id="root"></div>
<script>
const here = "127.0.0.1:%(port)d", udp = "127.0.0.1:%(udp_port)d";
const later = (ms) => new Promise((done) => setTimeout(done, ms));
const quietly = async (attempt) => { try { await attempt(); } catch (error) {} };
const attempts = [
  () => fetch(`http://${here}/fetch`),
  () => fetch(`http://${here}/post`, {method: "POST", body: "x"}),
  () => fetch("http://169.254.169.254/latest/meta-data/"),
  () => fetch("http://localhost:%(port)d/"),
  () => fetch("http://[::1]:%(port)d/"),
  () => fetch("http://2130706433:%(port)d/"),
  () => fetch(`https://${here}/tls`),
  () => new Promise((done) => {
    const image = new Image(); image.onload = image.onerror = done;
    image.src = `http://${here}/pixel.png`;
  }),
  () => new Promise((done) => {
    const socket = new WebSocket(`ws://${here}/ws`); socket.onopen = socket.onerror = done;
  }),
  () => new Promise((done) => {
    const frame = document.createElement("iframe"); frame.onload = frame.onerror = done;
    frame.src = `http://${here}/frame`; document.body.append(frame);
  }),
  () => { navigator.sendBeacon(`http://${here}/beacon`, "x"); },
  () => { new EventSource(`http://${here}/events`); },
  () => { const link = document.createElement("link"); link.rel = "dns-prefetch";
          link.href = `http://${here}/`; document.head.append(link); },
  () => { const link = document.createElement("link"); link.rel = "preconnect";
          link.href = `http://${here}/`; document.head.append(link); },
  () => { const link = document.createElement("link"); link.rel = "prefetch";
          link.href = `http://${here}/prefetched`; document.head.append(link); },
  () => { const made = new RTCPeerConnection({iceServers: [{urls: `stun:${udp}`},
            {urls: `turn:${here}?transport=tcp`, username: "u", credential: "c"}]});
          made.createDataChannel("x"); return made.createOffer().then(
            (offer) => made.setLocalDescription(offer)); },
  () => new WebTransport(`https://${udp}/`).ready,
  () => { const code = `fetch("http://${here}/worker")`;
          new Worker(URL.createObjectURL(new Blob([code]))); },
  () => navigator.serviceWorker.register("/worker.js"),
  () => { window.open(`http://${here}/popup`); },
];
(async () => {
  await Promise.allSettled(attempts.map((one) => Promise.race([quietly(one), later(1500)])));
  await later(200);
  document.getElementById("root").textContent = "%(tried)s";
})();
</script></body></html>"""


def private_prober(port: int, udp_port: int) -> str:
    """A page that reaches for ``port`` and ``udp_port`` of the machine it is looked at from."""
    return _SHELL % {"port": port, "udp_port": udp_port, "tried": ALL_TRIED}


def into_private_space(port: int) -> Handler:
    """A site whose one page is ``private_prober``."""
    page = private_prober(port, port)

    def handle(request: Request) -> Response:
        return html(page) if request.path == "/" else not_found(request)

    return handle


def onto_the_clearnet(spy: str) -> Handler:
    """An onion's page that loads from the clearnet host ``spy``, which would see who looks."""
    page = (
        '<!doctype html><html><head><title>Загрузка</title></head><body><div id="root"></div>'
        f'<script src="http://{spy}/lib.js"></script><script>'
        f'fetch("http://{spy}/seen").catch(() => 0).then(() => '
        f'{{ document.getElementById("root").textContent = "{ALL_TRIED}"; }});'
        f'new Image().src = "http://{spy}/pixel.png";</script></body></html>'
    )

    def handle(request: Request) -> Response:
        return html(page) if request.path == "/" else not_found(request)

    return handle

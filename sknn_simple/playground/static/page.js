// Starts the playground in a page of its own, over a WebSocket.

import { mount, openSocket } from "./playground.js";

const address = new URL("ws", location.href);
address.protocol = address.protocol.replace("http", "ws");
address.hash = "";
mount(document.getElementById("playground"), openSocket(address), { ownsPage: true });

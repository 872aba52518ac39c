"""A visitor of the Train page without a browser: it speaks the page's own WebSocket protocol."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

PATIENCE = 120.0  # seconds after which a visitor gives up
STREAM = "/_stcore/stream"


class NoEffectError(Exception):
    """A press had no effect that the visitor could see."""


@dataclass
class Seen:
    """What a visitor saw of the page: the newest frame, and how many there were while it played."""

    epoch: int = -1
    end: int = -1
    still: bool = True
    frames: int = 0
    stills: int = 0  # pictures that stood still
    bytes: int = 0
    finished: int = 0  # script runs that went to their end


Condition = Callable[[Seen], bool]


def played_on(frames: int) -> Condition:
    return lambda seen: seen.frames > frames


def ran_again(finished: int) -> Condition:
    return lambda seen: seen.finished > finished


class Visitor:
    """One open page. `end` is the last epoch of this visitor's own run, by which it knows its own frames.

    A run that is played on at its end, as by a press of Pause that comes too late, goes on for as many epochs again.
    """

    def __init__(self, connection: ClientConnection, end: int) -> None:
        self.seen, self.end, self.foreign, self.errors = Seen(), end, 0, 0
        self._connection = connection
        self._widgets: dict[str, str] = {}
        self._changed = asyncio.Condition()
        self._query = f"epochs={end}"

    @staticmethod
    async def open(address: str, end: int) -> Visitor:
        """Open the page at http://…, with a run of so many epochs."""
        stream = address.replace("http", "ws", 1) + STREAM
        connection = await connect(
            stream, subprotocols=[Subprotocol("streamlit")], origin=Origin(address), max_size=None, ping_interval=None
        )
        return Visitor(connection, end)

    async def listen(self) -> None:
        """Read what the server sends until the connection closes."""
        async for content in self._connection:
            message = ForwardMsg()
            message.ParseFromString(content)
            self.seen.bytes += len(content)
            self._read(message)
            async with self._changed:
                self._changed.notify_all()

    def _read(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            self.seen.finished += 1
        elif kind == "session_event" and message.session_event.HasField("script_compilation_exception"):
            self.errors += 1
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            name = element.WhichOneof("type") or "empty"
            if name == "exception":
                self.errors += 1
            elif name == "bidi_component" and element.bidi_component.component_name == "backprop_playground_frame":
                for frame in json.loads(element.bidi_component.bytes or b"[]"):
                    self._frame(frame)
            elif identity := getattr(getattr(element, name), "id", ""):
                self._widgets[identity.split("-", 2)[-1]] = identity

    def _frame(self, frame: dict[str, Any]) -> None:
        if not frame["timeline"]:
            return
        self.seen.epoch, self.seen.end = frame["timeline"]["epoch"], frame["timeline"]["end"]
        self.seen.still = frame["still"]
        self.seen.frames += not frame["still"]
        self.seen.stills += frame["still"]
        self.foreign += self.seen.end % self.end != 0

    async def until(self, condition: Condition) -> float:
        """Wait until the visitor has seen this; returns how many seconds it took."""
        start = time.perf_counter()
        try:
            async with asyncio.timeout(PATIENCE), self._changed:
                await self._changed.wait_for(lambda: condition(self.seen))
        except TimeoutError as error:
            raise NoEffectError from error
        return time.perf_counter() - start

    async def run_script(self, widget: str = "", **value: Any) -> None:
        """Open the page, or press or change a widget, as the browser would."""
        message = BackMsg()
        message.rerun_script.query_string = self._query
        message.rerun_script.context_info.timezone = "UTC"
        if widget:
            state = message.rerun_script.widget_states.widgets.add(id=self._widgets[widget])
            for name, content in value.items():
                if isinstance(content, list):
                    getattr(state, name).data.extend(content)
                else:
                    setattr(state, name, content)
        await self._connection.send(message.SerializeToString())

    async def press(self, button: str) -> None:
        """Press a button."""
        await self.run_script(button, trigger_value=True)

    async def scrub(self, epoch: int) -> None:
        """Drag the timeline to an epoch."""
        await self.run_script("timeline", double_array_value=[epoch])

    async def close(self) -> None:
        """Leave the page."""
        await self._connection.close()


@asynccontextmanager
async def visiting(address: str, epochs: int) -> AsyncIterator[Visitor]:
    """Somebody who opens the page with a run of so many epochs, sees it drawn, and leaves at the end."""
    visitor = await Visitor.open(address, epochs)
    listening = asyncio.create_task(visitor.listen())
    try:
        await visitor.run_script()
        await visitor.until(ran_again(0))
        yield visitor
    finally:
        await visitor.close()
        await listening
        assert not visitor.errors, "the page showed an error"

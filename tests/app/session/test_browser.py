"""A page that plays notices when the browser does not keep up."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_websocket import StarletteSessionClient
from support.app_page import Page

from playground.components.live import Channel
from playground.session import browser, playing


class SlowConnection:
    """Takes one message, and the next one when it is told to."""

    def __init__(self) -> None:
        self.goes_on = asyncio.Event()
        self.headers: dict[str, str] = {}
        self.cookies: dict[str, str] = {}
        self.client = None

    async def send_bytes(self, payload: bytes) -> None:
        await self.goes_on.wait()


def test_what_waits_for_a_slow_connection_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def send() -> list[bool]:
        connection: Any = SlowConnection()
        client = StarletteSessionClient(connection)
        runtime = SimpleNamespace(get_client=lambda session_id: client)
        monkeypatch.setattr(st.runtime, "exists", lambda: True)
        monkeypatch.setattr(st.runtime, "get_instance", lambda: runtime)
        monkeypatch.setattr(browser, "get_script_run_ctx", lambda: SimpleNamespace(session_id="one"))
        seen = [browser.is_behind()]
        for _ in range(2):
            client.write_forward_msg(ForwardMsg())
            await asyncio.sleep(0)  # lets the connection take it
        seen.append(browser.is_behind())
        connection.goes_on.set()
        await asyncio.sleep(0)
        seen.append(browser.is_behind())
        await client.aclose()
        return seen

    with ThreadPoolExecutor() as threads:  # tests with a browser leave a loop running in this one
        assert threads.submit(asyncio.run, send()).result() == [False, True, False]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each frame that was sent stands still."""
    sent: list[bool] = []
    send = Channel.send

    def record(channel: Channel, *args: Any, still: bool, **parts: Any) -> None:
        sent.append(still)
        send(channel, *args, still=still, **parts)

    monkeypatch.setattr(Channel, "send", record)
    return sent


def test_playing_waits_for_a_browser_that_is_behind(monkeypatch: pytest.MonkeyPatch, sent: list[bool]) -> None:
    monkeypatch.setattr(playing, "AUTO_SECONDS", 0.5)
    page = Page()
    waited: list[tuple[int, int]] = []

    def is_behind() -> bool:
        current = page.session
        waited.append((current.run.epoch, len(sent)))
        return len(waited) <= 20

    monkeypatch.setattr(browser, "is_behind", is_behind)
    page.press("play")
    assert len(set(waited[:20])) == 1
    assert page.session.shown == page.run.config.epochs
    assert False in sent


def test_finishing_goes_on_but_sends_nothing(monkeypatch: pytest.MonkeyPatch, sent: list[bool]) -> None:
    page = Page()
    monkeypatch.setattr(browser, "is_behind", lambda: True)
    page.press("finish")
    assert page.session.shown == page.run.config.epochs
    assert all(sent)

"""What generated code is made of: clients, resources, models, pages, errors. It knows no API.

Names are loaded when they are used, so that importing a generated package costs next to nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._async.client import AsyncAPIClient as AsyncAPIClient
    from ._async.pages import AsyncAPIPage as AsyncAPIPage
    from ._async.resource import AsyncAPIResource as AsyncAPIResource
    from ._async.resource import async_raw_view as async_raw_view
    from ._async.resource import async_streaming_view as async_streaming_view
    from ._async.response import AsyncAPIResponse as AsyncAPIResponse
    from ._async.response import AsyncRawResponse as AsyncRawResponse
    from ._async.response import AsyncResponseContextManager as AsyncResponseContextManager
    from ._async.response import async_raw_method as async_raw_method
    from ._async.response import async_streamed_method as async_streamed_method
    from ._async.stream import AsyncStream as AsyncStream

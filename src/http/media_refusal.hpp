#pragma once

#include "akbuzat/realtime/types.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

namespace akbuzat::http {

// Refusals of calls on the web client's media sessions before the calls are made. Its media library reads every answer
// as JSON, looks for "errorCode" rather than at the status, and waits for ever after a pull that fails as a whole
// (protocol C.3).

/// True if the request's path is one of a session's, below "/partytracks/sessions/{session}/".
bool isMediaCall(const Request& request);

/// {"errorCode","errorDescription"} with `status`; if the call pulls tracks, 200 with that error for each of them.
Response refuseMediaCall(const Request& request, unsigned status, const realtime::Error& error);

}  // namespace akbuzat::http

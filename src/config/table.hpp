#pragma once

#include <vector>

#include "akbuzat/config/settings.hpp"

namespace akbuzat::config {

/// The rows of settings(), made anew.
std::vector<Setting> makeTable();

/// Those of the services of others that a host may use.
std::vector<Setting> upstreamSettings();
/// Those of the originals that nothing in this version reads.
std::vector<Setting> unusedSettings();

}  // namespace akbuzat::config

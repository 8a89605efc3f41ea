#pragma once

#include <vector>

#include "akbuzat/config/settings.hpp"

namespace akbuzat::config {

/// The rows of settings(), made anew.
std::vector<Setting> makeTable();

}  // namespace akbuzat::config

// Between rows and what they mean. A row is somebody else's bytes: every name is read anew, every number has its bounds.
#pragma once

#include <optional>

#include "mxpulse/store.hpp"
#include "store/database.hpp"

namespace mxpulse::store {

// Everything there is, in one pass a table. Rows that make no sense are left out and counted.
Saved read_all(Database& database, std::size_t& left_out);

// All of the batch, in one transaction of its own.
void write_batch(Database& database, const Batch& batch);

}  // namespace mxpulse::store

// The tables, and how a file of an older version comes to have them.
#pragma once

#include "store/database.hpp"

namespace mxpulse::store {

inline constexpr std::int64_t kApplicationId = 0x6d787075;  // "mxpu", in the file's header

int newest_schema();

// Makes the tables as a mxpulse of that version did. For tests.
void make_schema(Database& database, int version);

// Brings an open database of a version from 0 (no tables) up to newest_schema(), in one transaction.
void migrate(Database& database, int version);

}  // namespace mxpulse::store

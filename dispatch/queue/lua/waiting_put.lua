-- Puts a case at its place in the team's waiting order, moving it if it stands elsewhere.
-- KEYS[1] waiting: sorted set of members, all with score 0
-- KEYS[2] places: hash, case id -> member
-- ARGV[1] case id
-- ARGV[2] member: the place as text that sorts the same way
-- Returns 0 it stood there already, 1 it is new, 2 it moved
local old = redis.call('HGET', KEYS[2], ARGV[1])
if old and old ~= ARGV[2] then
  redis.call('ZREM', KEYS[1], old)
end
redis.call('ZADD', KEYS[1], 0, ARGV[2])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
if not old then
  return 1
end
return old == ARGV[2] and 0 or 2

-- Says how many cases of the team wait before this one.
-- KEYS[1] waiting: sorted set of members, all with score 0
-- KEYS[2] places: hash, case id -> member
-- ARGV[1] case id
-- Returns the number of cases ahead, or false when the case is not waiting
local member = redis.call('HGET', KEYS[2], ARGV[1])
if not member then
  return false
end
return redis.call('ZRANK', KEYS[1], member)

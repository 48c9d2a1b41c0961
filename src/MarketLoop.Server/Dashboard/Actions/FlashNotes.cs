using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace MarketLoop.Server.Dashboard.Actions;

/// <summary>What a page shows once after an action, such as a fresh key: kept in memory for a minute, never in an address or a cookie.</summary>
internal sealed class FlashNotes(TimeProvider realTime)
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, (object Value, DateTimeOffset Until)> notes = new(StringComparer.Ordinal);

    /// <summary>Keeps a value; the answer is the word to ask for it with.</summary>
    public string Leave(object value)
    {
        DateTimeOffset now = realTime.GetUtcNow();
        foreach (KeyValuePair<string, (object Value, DateTimeOffset Until)> old in notes.Where(note => note.Value.Until < now))
        {
            notes.TryRemove(old.Key, out _);
        }

        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        notes[id] = (value, now + KeptFor);
        return id;
    }

    /// <summary>Takes a value out; null when it is gone.</summary>
    public TValue? Take<TValue>(string? id)
        where TValue : class =>
        id is not null && notes.TryRemove(id, out (object Value, DateTimeOffset Until) note) && note.Until >= realTime.GetUtcNow() ? note.Value as TValue : null;
}

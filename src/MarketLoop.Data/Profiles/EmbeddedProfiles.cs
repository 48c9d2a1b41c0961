using Dapper;
using MarketLoop.Data.Consent;
using MarketLoop.Data.Embedded;
using MarketLoop.Data.EventLog;
using MarketLoop.Data.Identity;
using MarketLoop.Domain;
using Microsoft.Data.Sqlite;

namespace MarketLoop.Data.Profiles;

/// <summary>Profiles in the shop database, projected from <c>identify</c> events. For each trait the latest by event time counts, whatever the order of arrival; consent is what the ledger comes to.</summary>
/// <remarks>Rows stay by id. Customers who were merged are read as one: the latest of each trait, and of their consents the stricter.</remarks>
internal sealed class EmbeddedProfiles(ShopDatabase database, EventLoader loader, IdentityGraph identity) : IProfileStore
{
    private const string Columns = """
        customer AS Customer, email AS Email, email_at AS EmailAt, name AS Name, name_at AS NameAt, language AS Language, language_at AS LanguageAt,
        born AS Born, born_at AS BornAt, is_born_exactly AS IsBornExactly
        """;

    /// <inheritdoc />
    public async Task<CustomerProfile?> FindAsync(CustomerId customer, CancellationToken cancellationToken)
    {
        await loader.LoadProfilesAsync(cancellationToken);
        return database.Read(connection => FindWhole(connection, null, customer));
    }

    /// <inheritdoc />
    public async Task<IReadOnlyDictionary<CustomerId, CustomerProfile>> FindManyAsync(IReadOnlyCollection<CustomerId> customers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(customers);
        await loader.LoadProfilesAsync(cancellationToken);
        return database.Read(connection =>
        {
            Dictionary<CustomerId, CustomerProfile> found = new(customers.Count);
            using SqliteTransaction oneMoment = connection.BeginTransaction(deferred: true);
            foreach (CustomerId customer in customers)
            {
                // Who was merged into another is dealt with under that one's name only: two mails to one person would be one too many.
                if (!found.ContainsKey(customer) && !identity.IsMergedAway(customer) && FindWhole(connection, oneMoment, customer) is { } profile)
                {
                    found.Add(customer, profile);
                }
            }

            return found;
        });
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<CustomerProfile>> SearchAsync(string text, int limit, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        await loader.LoadProfilesAsync(cancellationToken);
        return database.Read(connection => connection
            .Query<ProfileRow>(
                $"SELECT {Columns} FROM profiles WHERE instr(lower(customer), @text) > 2 OR instr(lower(name), @text) > 0 OR instr(lower(email), @text) > 0 ORDER BY customer LIMIT @limit",
                new { text = text.ToLowerInvariant(), limit })
            .Select(row => CustomerId.Parse(row.Customer))
            .Select(id => identity.IsMergedAway(id) ? identity.Resolve(id) : id)
            .Distinct()
            .Select(id => FindWhole(connection, null, id))
            .OfType<CustomerProfile>()
            .ToList());
    }

    /// <summary>Takes what interactions told into the profiles, inside the caller's transaction.</summary>
    public static void Project(SqliteConnection connection, SqliteTransaction transaction, IEnumerable<Interaction> interactions)
    {
        foreach (Interaction interaction in interactions)
        {
            if (ToldTraits.From(interaction) is not ToldTraits told)
            {
                continue;
            }

            ProfileRow row = Find(connection, transaction, interaction.Customer) ?? new ProfileRow { Customer = interaction.Customer.ToString() };
            row.Take(told, interaction.OccurredAt.UtcTicks);
            connection.Execute(
                """
                INSERT OR REPLACE INTO profiles (customer, email, email_at, name, name_at, language, language_at, born, born_at, is_born_exactly)
                VALUES (@Customer, @Email, @EmailAt, @Name, @NameAt, @Language, @LanguageAt, @Born, @BornAt, @IsBornExactly)
                """,
                row,
                transaction);
        }
    }

    // Traits are told under a user's id; consent also by the browsers that are now known to be the same person.
    private CustomerProfile? FindWhole(SqliteConnection connection, SqliteTransaction? transaction, CustomerId customer)
    {
        IReadOnlyList<CustomerId> members = identity.ProfilesOf(customer);
        ProfileRow?[] rows = [.. members.Select(member => Find(connection, transaction, member))];
        List<ConsentEntry> entries = ConsentTable.ListDeciding(connection, transaction, identity.ListOf(customer));
        ProfileRow? traits = rows.OfType<ProfileRow>().Aggregate((ProfileRow?)null, (whole, row) => whole is null ? row : whole.Join(row));
        if (traits is null && entries.Count == 0)
        {
            return null;
        }

        CustomerProfile told = traits?.ToProfile(customer) ?? new CustomerProfile { Customer = customer };
        if (members.Count == 1)
        {
            return ConsentState.Apply(told, entries);
        }

        ILookup<CustomerId, ConsentEntry> byMember = entries.ToLookup(entry => identity.FirstAmong(entry.Customer, members));
        return ConsentState.ApplyStrictest(told, [.. members.Where((member, i) => rows[i] is not null || byMember.Contains(member)).Select(member => byMember[member].ToList())]);
    }

    private static ProfileRow? Find(SqliteConnection connection, SqliteTransaction? transaction, CustomerId customer) =>
        connection.QuerySingleOrDefault<ProfileRow>($"SELECT {Columns} FROM profiles WHERE customer = @id", new { id = customer.ToString() }, transaction);

    private sealed class ProfileRow
    {
        public string Customer { get; set; } = "";

        public string? Email { get; set; }

        public long EmailAt { get; set; }

        public string? Name { get; set; }

        public long NameAt { get; set; }

        public string? Language { get; set; }

        public long LanguageAt { get; set; }

        public long? Born { get; set; }

        public long BornAt { get; set; }

        public long IsBornExactly { get; set; }

        public void Take(ToldTraits told, long at)
        {
            (Email, EmailAt) = Later(Email, EmailAt, told.Email, at);
            (Name, NameAt) = Later(Name, NameAt, told.Name, at);
            (Language, LanguageAt) = Later(Language, LanguageAt, told.Language, at);
            TakeBirth(told.Birth, at);
        }

        public ProfileRow Join(ProfileRow other)
        {
            (Email, EmailAt) = Later(Email, EmailAt, new Told<string>(other.EmailAt > 0, other.Email), other.EmailAt);
            (Name, NameAt) = Later(Name, NameAt, new Told<string>(other.NameAt > 0, other.Name), other.NameAt);
            (Language, LanguageAt) = Later(Language, LanguageAt, new Told<string>(other.LanguageAt > 0, other.Language), other.LanguageAt);
            Born = other.Born is not null && (Born is null || other.Born > Born) ? other.Born : Born; // the younger, to be on the safe side
            return this;
        }

        public CustomerProfile ToProfile(CustomerId customer) => new()
        {
            Customer = customer,
            Email = Email,
            Name = Name,
            Language = Language,
            Born = Born is { } day ? DateOnly.FromDayNumber((int)day) : null,
        };

        // The best told: a day before an age, then the latest, then the younger. Whatever the order of arrival, the same.
        private void TakeBirth(ToldBirth? told, long at)
        {
            if (told is { } birth && (Born is null || (birth.IsExact ? 1L : 0L, at, (long)birth.Day.DayNumber).CompareTo((IsBornExactly, BornAt, Born.Value)) > 0))
            {
                (Born, BornAt, IsBornExactly) = (birth.Day.DayNumber, at, birth.IsExact ? 1 : 0);
            }
        }

        private static (string?, long) Later(string? present, long presentAt, Told<string> told, long at) =>
            told.IsTold && (at > presentAt || (at == presentAt && string.CompareOrdinal(told.Value, present) > 0)) ? (told.Value, at) : (present, presentAt);
    }
}
